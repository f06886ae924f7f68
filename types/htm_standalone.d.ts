/**
 * Types for the part of `htm/preact/standalone` that the status page calls; those that come with it need a second
 * package.
 */

/** An element as it should be. */
export interface VNode {
  /** Its tag, or what makes it. */
  readonly type: unknown;
}

/** What may stand in an element. */
export type Child = VNode | string | number | boolean | null | undefined | readonly Child[];

/** Makes elements of a template; a text in it is a text, whatever is in it. */
export const html: (strings: TemplateStringsArray, ...values: readonly unknown[]) => VNode;

/** Makes what is in `parent` like `tree`. */
export function render(tree: VNode, parent: object): void;

/** A value of a component that it is rendered again for. */
export function useState<State>(
  initial: State | (() => State),
): [State, (next: State | ((last: State) => State)) => void];

/** A value of a component that it is not rendered again for. */
export function useRef<Value>(initial: Value): { current: Value };

/** Runs when the component is shown, and what it returned when it goes away. */
export function useEffect(effect: () => void | (() => void), inputs?: readonly unknown[]): void;
