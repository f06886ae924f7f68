/*
 * A peer of the bench: the server of the textbook, which forks for each connection.
 *
 * The parent accepts and reaps its children; a child echoes what it reads, with full writes, until the end of file.
 * Usage: fork_echo PORT (on 127.0.0.1). Ends on a signal.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void reap(int signal_number) {
  (void)signal_number;
  int saved = errno;
  while (waitpid(-1, NULL, WNOHANG) > 0) {
  }
  errno = saved;
}

static void echo(int connection) {
  static char buffer[64 * 1024];
  ssize_t count;
  while ((count = read(connection, buffer, sizeof buffer)) > 0) {
    for (ssize_t at = 0; at < count;) {
      ssize_t written = write(connection, buffer + at, count - at);
      if (written < 0) return;
      at += written;
    }
  }
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: fork_echo PORT\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  /* SA_RESTART: a child's end does not interrupt accept. */
  struct sigaction action = {.sa_handler = reap, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
  sigaction(SIGCHLD, &action, NULL);

  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (listener < 0) fail("socket");
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(atoi(argv[1])),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
  if (listen(listener, 128) < 0) fail("listen");
  while (1) {
    int connection = accept(listener, NULL, NULL);
    if (connection < 0) fail("accept");
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
      close(listener);
      echo(connection);
      _exit(0);
    }
    close(connection);
  }
}
