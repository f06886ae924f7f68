/**
 * Preact, its hooks and htm in one module: elements without a build step.
 *
 * @module
 */

// @ts-types="../../../types/htm_standalone.d.ts"
export { html, render, useEffect, useRef, useState } from "htm/standalone";
// @ts-types="../../../types/htm_standalone.d.ts"
export type { Child, VNode } from "htm/standalone";
