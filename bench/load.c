/*
 * The load program of the bench: many clients in one thread, with epoll.
 *
 * Usage: load PORT TASK CLIENTS SECONDS        (to 127.0.0.1)
 *
 *   connect  CLIENTS at once connect, send 64 bytes, get them echoed and close; again and again
 *   whole    as connect, but a client ends its sending direction and waits for the server's end of file
 *   rate     CLIENTS new ones each second, at fixed times, whatever became of those before; each as in connect
 *   echo     CLIENTS stay connected and send 64 bytes each time they got the last 64 back
 *   stream   CLIENTS stay connected, send as much as is taken and read what comes back
 *            (both from when each has got its first echo: that a worker has to be started is not a part of it)
 *   hold     CLIENTS connect at once, get one echo each and stay until standard input ends
 *
 * Prints one line of JSON: how often it was done, how many connections were begun, the seconds that took, the bytes
 * that came back, a time in microseconds (from connect to first echo, whole: to the end of file, echo: of a round
 * trip), the errors, and the CPU seconds that this program took itself.
 *
 * Why C: the load client, which is used where there is no C compiler, adds its own time to what it measures. How much
 * that is, docs/performance.md tells; the trial "load-client" measures it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE = 64, CHUNK = 64 * 1024, CLIENTS_MAX = 4096, ERRORS_MAX = 1000 };
/* How long clients that stay may wait for their first echo, and those that end for the server's end of file. */
static const double WARM_UP_S = 30, FAREWELL_S = 2;

enum task { CONNECT, WHOLE, RATE, ECHO, STREAM, HOLD, TASKS };
static const char *const TASK_NAMES[TASKS] = {"connect", "whole", "rate", "echo", "stream", "hold"};

struct client {
  int fd;         /* -1: free */
  int is_ending;  /* has ended its sending direction, and waits for the end of file */
  size_t sent, got; /* bytes of the message under way */
  double since;   /* when the connection or the round trip began */
};

static struct client clients[CLIENTS_MAX];
static struct sockaddr_in server = {.sin_family = AF_INET};
static enum task task;
static int epoll, is_warming_up, is_over, open_clients, answered_clients;
static char chunk[CHUNK];
static long long bytes;
static long count, connections, errors;
static float *latencies; /* microseconds */
static size_t latencies_size;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void open_client(struct client *client) {
  int on = 1;
  client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (client->fd < 0) fail("socket");
  setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  client->is_ending = 0;
  client->sent = client->got = 0;
  client->since = now();
  open_clients++;
  connections++;
  if (connect(client->fd, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS) fail("connect");
  /* Edge-triggered, one epoll_ctl is enough for a short connection. */
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, client->fd, &event) < 0) fail("epoll_ctl");
}

static void close_client(struct client *client) {
  close(client->fd);
  client->fd = -1;
  open_clients--;
  if (!is_over && (task == CONNECT || task == WHOLE) && errors < ERRORS_MAX) open_client(client);
}

static void watch(struct client *client, unsigned events) {
  struct epoll_event event = {.events = events, .data.ptr = client};
  if (epoll_ctl(epoll, EPOLL_CTL_MOD, client->fd, &event) < 0) fail("epoll_ctl");
}

static void end_client(struct client *client) {
  client->is_ending = 1;
  shutdown(client->fd, SHUT_WR);
  watch(client, EPOLLIN);
}

static void record(double seconds) {
  if ((size_t)count == latencies_size) {
    latencies_size = latencies_size ? 2 * latencies_size : 4096;
    latencies = realloc(latencies, latencies_size * sizeof *latencies);
    if (!latencies) fail("realloc");
  }
  latencies[count++] = seconds * 1e6;
}

static void lose(struct client *client) {
  errors++;
  close_client(client);
}

/* The whole message is back. */
static void answered(struct client *client) {
  double time = now();
  answered_clients++;
  if (is_warming_up) return;
  if (!is_over && task != WHOLE) record(time - client->since);
  if (task == CONNECT || task == RATE) close_client(client);
  else if (task == WHOLE) end_client(client);
  else if (task == ECHO) {
    client->sent = client->got = 0;
    client->since = time;
  }
}

static void send_some(struct client *client) {
  size_t left = task == STREAM && !is_warming_up ? sizeof chunk : MESSAGE - client->sent;
  if (left == 0) return;
  ssize_t written = send(client->fd, chunk, left, MSG_NOSIGNAL);
  if (written >= 0) client->sent += written;
  else if (errno != EAGAIN) lose(client);
}

static void receive_some(struct client *client) {
  int is_message = (task != STREAM || is_warming_up) && !client->is_ending;
  size_t left = is_message ? MESSAGE - client->got : sizeof chunk;
  ssize_t received = recv(client->fd, chunk, left, 0);
  if (received < 0) {
    if (errno != EAGAIN) lose(client);
    return;
  }
  if (received == 0 && client->is_ending) {
    if (!is_over && task == WHOLE) record(now() - client->since);
    close_client(client);
  } else if (received == 0) {
    lose(client);
  } else {
    if (!is_over && !is_warming_up) bytes += received;
    client->got += received;
    if (is_message && client->got == MESSAGE) answered(client);
  }
}

static void step(struct client *client, unsigned events) {
  if (events & EPOLLERR) return lose(client);
  if (client->is_ending) return receive_some(client);
  if (task == STREAM && !is_warming_up) {
    if (events & EPOLLIN) receive_some(client);
    if (client->fd >= 0 && events & EPOLLOUT) send_some(client);
    return;
  }
  if (client->got < client->sent) receive_some(client);
  /* A round trip that has ended is followed by the next, and a new connection has its own events to come. */
  if (client->fd >= 0 && !client->is_ending && !is_over && client->sent < MESSAGE) send_some(client);
}

/* Handles what happens until that time at most, in one wait. */
static void handle_events(double until) {
  struct epoll_event events[64];
  double left = until - now();
  int ready = epoll_wait(epoll, events, 64, left <= 0 ? 0 : (int)(left * 1000) + 1);
  if (ready < 0 && errno != EINTR) fail("epoll_wait");
  for (int i = 0; i < ready; i++) {
    struct client *client = events[i].data.ptr;
    if (client->fd >= 0) step(client, events[i].events);
  }
}

/* Waits until every client has got an echo, and lets them all begin. */
static void warm_up(int number) {
  is_warming_up = 1;
  for (double end = now() + WARM_UP_S; answered_clients + errors < number && now() < end;) handle_events(end);
  is_warming_up = 0;
  errors += number - answered_clients;
  for (int i = 0; i < number; i++) {
    struct client *client = &clients[i];
    if (client->fd < 0) continue;
    client->sent = client->got = 0;
    client->since = now();
    /* A stream is never done with its readiness, so it is told again and again. */
    if (task == STREAM) watch(client, EPOLLIN | EPOLLOUT);
    else send_some(client);
  }
}

/* Opens the clients that are due by now: number k is due k / rate seconds after the start. Returns how many that were. */
static long open_due(long opened, double rate, double start) {
  for (; opened < (now() - start) * rate; opened++) {
    int i = 0;
    while (i < CLIENTS_MAX && clients[i].fd >= 0) i++;
    if (i == CLIENTS_MAX) errors++;
    else open_client(&clients[i]);
  }
  return opened;
}

static int compare(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

/* The value that a share of the sorted latencies do not exceed (nearest rank). */
static double percentile(double share) {
  if (count == 0) return 0;
  long rank = (long)(share * count + 0.999999);
  return latencies[rank < 1 ? 0 : rank > count ? count - 1 : rank - 1];
}

static void report(double seconds) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  if (count > 0) qsort(latencies, count, sizeof *latencies, compare);
  printf("{\"count\":%ld,\"connections\":%ld,\"seconds\":%.6f,\"bytes\":%lld,\"medianUs\":%.1f,\"p99Us\":%.1f,"
         "\"errors\":%ld,\"cpuSeconds\":%.6f}\n",
         count, connections, seconds, bytes, percentile(0.5), percentile(0.99), errors, cpu);
  fflush(stdout);
}

int main(int argc, char **argv) {
  int number = argc == 5 ? atoi(argv[3]) : 0;
  double limit = argc == 5 ? atof(argv[4]) : 0;
  for (task = 0; argc == 5 && task < TASKS && strcmp(argv[2], TASK_NAMES[task]) != 0; task++) {
  }
  if (argc != 5 || task == TASKS || number < 1 || number > CLIENTS_MAX || limit <= 0 || limit > 600) {
    fprintf(stderr, "usage: load PORT connect|whole|rate|echo|stream|hold CLIENTS SECONDS\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  server.sin_port = htons(atoi(argv[1]));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) fail("epoll_create1");
  for (int i = 0; i < CLIENTS_MAX; i++) clients[i].fd = -1;

  for (int i = 0; task != RATE && i < number; i++) open_client(&clients[i]);
  if (task == ECHO || task == STREAM) warm_up(number);
  double start = now(), end = start + limit;
  for (long opened = 0; now() < end && errors < ERRORS_MAX;) {
    if (task == HOLD && count + errors >= number) break;
    if (task == RATE) opened = open_due(opened, number, start);
    double due = start + (double)opened / number;
    handle_events(task == RATE && due < end ? due : end);
  }
  /* Those that were begun in time are waited for where they are the answer to a schedule. */
  for (end = now() + FAREWELL_S; task == RATE && open_clients > 0 && now() < end;) handle_events(end);
  is_over = 1;
  if (task == RATE) errors += open_clients;
  report(now() - start);
  if (task == HOLD) {
    struct pollfd input = {.fd = 0, .events = POLLIN};
    poll(&input, 1, -1);
  }
  for (int i = 0; i < CLIENTS_MAX; i++) {
    if (clients[i].fd >= 0 && !clients[i].is_ending) end_client(&clients[i]);
  }
  for (end = now() + FAREWELL_S; open_clients > 0 && now() < end;) handle_events(end);
  return 0;
}
