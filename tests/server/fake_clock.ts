/** The clock is shared with the tests of `ipc`: see `tests/support`. */

export { FakeClock } from "../support/fake_clock.ts";
