import type { OpenDescriptor } from "../../../../ipc/posix/proc/descriptors.ts";
import type { ProcessStat } from "../../../../ipc/posix/proc/processes.ts";
import type { TcpSocket } from "../../../../ipc/posix/proc/tcp_table.ts";
import type { OwnSocket } from "../../../../ipc/posix/sockets/own_sockets.ts";
import type { Kernel } from "../../../../server/parent/status/kernel.ts";
import { Sampler } from "../../../../server/parent/status/sampler.ts";
import { StatusModel } from "../../../../server/status/model.ts";
import type { DescriptorView, ServerState } from "../../../../server/status/state.ts";
import { assertEquals } from "../../../assert.ts";
import { systemError } from "../../../support/system_error.ts";
import { FACTS, freshState } from "../../status/facts.ts";

const WORKER = 4010;
const CLIENT = { hostname: "127.0.0.1", port: 51_234 };
const SERVER = { hostname: "127.0.0.1", port: 9000 };

/** A kernel that shows what it is told. */
class PlayedKernel implements Kernel {
  stats = new Map<number, Partial<ProcessStat>>([[FACTS.pid, {}], [WORKER, {}]]);
  descriptors = new Map<number, OpenDescriptor[]>();
  own: OwnSocket[] = [];
  peers = new Map<number, number>();
  tcp: TcpSocket[] = [];
  tableReads = 0;
  looks: number[] = [];

  processStat(pid: number): ProcessStat | null {
    const stat = this.stats.get(pid);
    if (stat === undefined) return null;
    this.looks.push(pid);
    return {
      ...{ pid, name: "brood", state: "S", parentPid: 1, groupId: pid, sessionId: pid },
      ...{ threads: 1, cpuMs: 10, reapedCpuMs: 0, startedAtMs: 0 },
      ...stat,
    };
  }

  memoryOf(pid: number): number {
    return pid * 1000;
  }

  descriptorsOf(pid: number): readonly OpenDescriptor[] | null {
    return this.descriptors.get(pid) ?? null;
  }

  ownSockets(): readonly OwnSocket[] {
    return this.own;
  }

  unixPeers(): ReadonlyMap<number, number> {
    return this.peers;
  }

  tcpSockets(): readonly TcpSocket[] {
    this.tableReads += 1;
    return this.tcp;
  }

  acceptQueue(number: number): { length: number; backlog: number } | null {
    switch (number) {
      case 5:
        return { length: 3, backlog: 128 };
      case 6:
        return { length: 2, backlog: 128 };
      default:
        return null;
    }
  }

  /** Gives the parent its listening socket. */
  listen(): void {
    this.own.push(socket({ number: 5, inode: 50, isListening: true, local: SERVER }));
  }
}

function socket(
  told: Pick<OwnSocket, "number" | "inode"> & Partial<OwnSocket>,
): OwnSocket {
  return { family: "tcp", isListening: false, local: null, remote: null, path: null, ...told };
}

function open(number: number, kind: "socket" | "pipe", inode: number): OpenDescriptor {
  return { number, kind, inode, path: null };
}

function tcp(inode: number): TcpSocket {
  return {
    ...{ inode, local: SERVER, remote: CLIENT, state: "ESTABLISHED" as const },
    ...{ receiveQueue: 0, sendQueue: 0, uid: 0 },
  };
}

/** The state of a server with that worker, which has a connection. */
function servingState(): ServerState {
  const model = new StatusModel(freshState());
  const { hostname: remoteHost, port: remotePort } = CLIENT;
  model.apply({ type: "event", at: 1, event: { event: "worker_started", workerPid: WORKER } });
  model.apply({
    ...{ type: "event", at: 2 },
    event: {
      ...{ event: "connection_accepted", connectionId: 1, remoteHost, remotePort },
      workerPid: WORKER,
    },
  });
  return model.state;
}

function descriptorsIn(kernel: Kernel, state: ServerState): (readonly DescriptorView[] | null)[] {
  const { processes } = new Sampler(kernel, { now: () => 0 }).look(state);
  return processes?.map(({ descriptors }) => descriptors) ?? [];
}

Deno.test("Sampler.look() tells of the parent first, and of every worker", () => {
  const kernel = new PlayedKernel();
  kernel.stats.set(WORKER, { state: "Z", cpuMs: 70 });
  const { processes } = new Sampler(kernel, { now: () => 0 }).look(servingState());
  assertEquals(processes, [
    { pid: FACTS.pid, state: "S", cpuMs: 10, pssBytes: FACTS.pid * 1000, descriptors: [] },
    { pid: WORKER, state: "Z", cpuMs: 70, pssBytes: WORKER * 1000, descriptors: null },
  ]);
});

Deno.test("Sampler.look() asks the listening socket for its queue, wherever that is", () => {
  const kernel = new PlayedKernel();
  const sampler = new Sampler(kernel, { now: () => 0 });
  assertEquals(sampler.look(freshState()).acceptQueue, null);
  kernel.own.push(
    socket({ number: 4, inode: 1, isListening: true, local: { ...SERVER, port: 1 } }),
  );
  kernel.listen();
  assertEquals(sampler.look(freshState()).acceptQueue, { length: 3, backlog: 128 });
});

Deno.test("Sampler.look() takes the queues of all addresses together", () => {
  const kernel = new PlayedKernel();
  kernel.listen();
  kernel.own.push(
    socket({ number: 6, inode: 60, isListening: true, local: { ...SERVER, hostname: "::1" } }),
  );
  const sampler = new Sampler(kernel, { now: () => 0 });
  assertEquals(sampler.look(freshState()).acceptQueue, { length: 5, backlog: 256 });
});

Deno.test("Sampler.look() looks at some processes each time where all would take too long", () => {
  const kernel = new PlayedKernel();
  const model = new StatusModel(freshState());
  const pids = Array.from({ length: 6 }, (_, i) => 5000 + i);
  for (const workerPid of pids) {
    kernel.stats.set(workerPid, {});
    model.apply({ type: "event", at: 1, event: { event: "worker_started", workerPid } });
  }
  let now = 0;
  // One look takes 4 ms.
  const sampler = new Sampler(kernel, { now: () => now += 2 });
  const seen: number[][] = [];
  for (let i = 0; i < 3; i++) {
    kernel.looks = [];
    sampler.look(model.state);
    seen.push(kernel.looks);
  }
  assertEquals(seen.every(([first]) => first === FACTS.pid), true);
  assertEquals(new Set(seen.flat()), new Set([FACTS.pid, ...pids]));
  assertEquals(sampler.look(model.state).processes?.map(({ pid }) => pid), [FACTS.pid, ...pids]);
});

Deno.test("Sampler.look() forgets a worker that is gone", () => {
  const kernel = new PlayedKernel();
  const state = servingState();
  const sampler = new Sampler(kernel, { now: () => 0 });
  sampler.look(state);
  kernel.stats.delete(WORKER);
  assertEquals(sampler.look(state).processes?.map(({ pid }) => pid), [FACTS.pid]);
});

Deno.test("With a relay the parent has the client's socket, and one to the worker, whose other side that has", () => {
  const kernel = new PlayedKernel();
  kernel.listen();
  kernel.own.push(socket({ number: 12, inode: 120, local: SERVER, remote: CLIENT }));
  kernel.own.push(socket({ number: 13, inode: 130, family: "unix", path: "/run/w1" }));
  // The runtime's own pair, and one to somebody else.
  kernel.own.push(socket({ number: 6, inode: 60, family: "unix" }));
  kernel.peers = new Map([[130, 131], [131, 130], [60, 61], [61, 60], [70, 71], [71, 70]]);
  kernel.descriptors.set(WORKER, [
    open(3, "socket", 131),
    open(4, "socket", 70),
    open(5, "socket", 71),
    open(9, "pipe", 900),
  ]);
  kernel.descriptors.set(FACTS.pid, [open(2, "pipe", 900)]);
  assertEquals(descriptorsIn(kernel, servingState()), [
    [
      { number: 5, kind: "listening", connectionId: null, peerPid: null },
      { number: 12, kind: "tcp", connectionId: 1, peerPid: null },
      { number: 13, kind: "unix", connectionId: null, peerPid: WORKER },
    ],
    [{ number: 3, kind: "unix", connectionId: null, peerPid: FACTS.pid }],
  ]);
});

Deno.test("With the socket handed over the worker has it, and the parent no more", () => {
  const kernel = new PlayedKernel();
  kernel.descriptors.set(WORKER, [open(0, "socket", 120), open(1, "socket", 120)]);
  kernel.tcp = [tcp(0), tcp(120)];
  assertEquals(descriptorsIn(kernel, servingState()), [[], [
    { number: 0, kind: "tcp", connectionId: 1, peerPid: null },
    { number: 1, kind: "tcp", connectionId: 1, peerPid: null },
  ]]);
});

Deno.test("With pipes both have an end of each", () => {
  const kernel = new PlayedKernel();
  kernel.descriptors.set(FACTS.pid, [open(31, "pipe", 310), open(32, "pipe", 320)]);
  kernel.descriptors.set(WORKER, [open(0, "pipe", 310), open(1, "pipe", 320), open(2, "pipe", 1)]);
  const pipe = (number: number, peerPid: number): DescriptorView => {
    return { number, kind: "pipe", connectionId: null, peerPid };
  };
  assertEquals(descriptorsIn(kernel, servingState()), [
    [pipe(31, WORKER), pipe(32, WORKER)],
    [pipe(0, FACTS.pid), pipe(1, FACTS.pid)],
  ]);
});

Deno.test("Single descriptors are not looked for where connections come too fast", () => {
  const kernel = new PlayedKernel();
  kernel.descriptors.set(WORKER, [open(0, "socket", 120)]);
  const state = servingState();
  state.history.push({
    ...{ at: 1, connections: 1, acceptedPerSecond: 101, bytesInPerSecond: 0 },
    ...{ bytesOutPerSecond: 0, workers: 1, queueLength: 0, pssBytes: null, cpu: null },
    startMs: null,
  });
  descriptorsIn(kernel, state);
  assertEquals(kernel.tableReads, 0);
});

Deno.test("Single descriptors are not looked for where there are many workers", () => {
  const kernel = new PlayedKernel();
  kernel.listen();
  const model = new StatusModel(freshState());
  for (let workerPid = 5000; workerPid < 5049; workerPid++) {
    model.apply({ type: "event", at: 1, event: { event: "worker_started", workerPid } });
  }
  assertEquals(descriptorsIn(kernel, model.state), [null]);
});

Deno.test("Sampler.look() sees nothing where the kernel refuses, and sees again afterwards", () => {
  const kernel = new PlayedKernel();
  const sampler = new Sampler(kernel, { now: () => 0 });
  const { ownSockets } = kernel;
  kernel.ownSockets = () => {
    throw systemError("EMFILE");
  };
  assertEquals(sampler.look(freshState()), { processes: null, acceptQueue: null });
  kernel.ownSockets = ownSockets;
  assertEquals(sampler.look(freshState()).processes?.length, 1);
});
