/*
 * A client of two processes: the parent reads the keyboard and sends, its child receives and prints.
 *
 *     ./split_client 127.0.0.1 9000
 *
 * Each can wait without stopping the other: what the server sends appears at once, also while you type. Both have the
 * same socket, because a child gets a copy of every descriptor.
 */

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char END_WORD[] = "END";

/* Connects to the first address of the host that takes the connection. */
static int connect_to(const char *host, const char *port) {
  struct addrinfo hints, *addresses;
  int server = -1;
  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  int error = getaddrinfo(host, port, &hints, &addresses);
  if (error != 0) {
    fprintf(stderr, "%s:%s: %s\n", host, port, gai_strerror(error));
    exit(1);
  }
  for (struct addrinfo *each = addresses; each != NULL; each = each->ai_next) {
    server = socket(each->ai_family, each->ai_socktype, each->ai_protocol);
    if (server == -1) continue;
    if (connect(server, each->ai_addr, each->ai_addrlen) == 0) break;
    int saved = errno;
    close(server);
    errno = saved;
    server = -1;
  }
  freeaddrinfo(addresses);
  if (server == -1) {
    fprintf(stderr, "connect to %s:%s: %s\n", host, port, strerror(errno));
    exit(1);
  }
  return server;
}

/* The port at our end, which the kernel has chosen: the server calls us by it. */
static int local_port(int server) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (getsockname(server, (struct sockaddr *)&address, &length) == -1) return 0;
  return address.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&address)->sin6_port)
                                       : ntohs(((struct sockaddr_in *)&address)->sin_port);
}

/* Sends all of it: write() may take only a part, and then tells how much. */
static void send_all(int server, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(server, bytes, count);
    if (written == -1) {
      if (errno == EINTR) continue;
      perror("write");
      exit(1);
    }
    bytes += written;
    count -= (size_t)written;
  }
}

/* The child: prints what comes, each read on a line of its own, until the server has ended. */
static void receive(int server) {
  char buffer[4096];
  ssize_t count;
  while ((count = read(server, buffer, sizeof buffer)) != 0) {
    if (count == -1) {
      if (errno == EINTR) continue;
      perror("read");
      exit(1);
    }
    fwrite(buffer, 1, (size_t)count, stdout);
    if (buffer[count - 1] != '\n') putchar('\n');
  }
  printf("the server has closed the connection\n");
}

/* The child has ended, so the server has: the parent ends too, even while it waits for the keyboard. */
static void on_child_ended(int signal_number) {
  int status;
  (void)signal_number;
  if (waitpid(-1, &status, WNOHANG) <= 0) return;
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/* The parent: sends the lines of the input, without their newlines, and END at the end. */
static void send_lines(int server) {
  char *line = NULL;
  size_t capacity = 0;
  ssize_t length;
  while ((length = getline(&line, &capacity, stdin)) != -1) {
    if (length > 0 && line[length - 1] == '\n') line[--length] = '\0';
    if (length == 0) continue;
    if (strcmp(line, END_WORD) == 0) break;
    send_all(server, line, (size_t)length);
  }
  free(line);
  send_all(server, END_WORD, strlen(END_WORD));
  /* Not close(): that ends nothing while the child has the socket open. This ends the direction for both. */
  shutdown(server, SHUT_WR);
}

int main(int argc, char *argv[]) {
  if (argc != 3) {
    fprintf(stderr, "Usage: %s HOST PORT\n", argv[0]);
    return 2;
  }
  /* To write to a server that is gone would kill us; ignored, write() fails with EPIPE instead, which we tell. */
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
  int server = connect_to(argv[1], argv[2]);
  printf("connected to %s:%s (local port %d)\n", argv[1], argv[2], local_port(server));

  /* Before the fork: the child may end at once. */
  signal(SIGCHLD, on_child_ended);
  pid_t child = fork();
  if (child == -1) {
    perror("fork");
    return 1;
  }
  if (child == 0) {
    receive(server);
    return 0;
  }
  printf("process %d reads the keyboard and sends, process %d receives and prints\n", (int)getpid(), (int)child);
  send_lines(server);
  /* The handler ends the program when the child has printed all that still comes. */
  for (;;) pause();
}
