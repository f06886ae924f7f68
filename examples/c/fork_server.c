/*
 * A server with a process for each client: the parent accepts, and a child that it forks serves.
 *
 *     ./fork_server 9000
 *
 * It never waits for its children. The kernel keeps the exit status of a child until its parent asks for it, so each
 * child that has ended stays as a zombie: ps shows it as "defunct", in state Z. See fork_server_sigchld.c.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How many connections may wait in the kernel's queue until they are accepted. */
enum { BACKLOG = 128 };

static int parse_port(const char *text) {
  char *end;
  long port = strtol(text, &end, 10);
  if (*text == '\0' || *end != '\0' || port < 1 || port > 65535) {
    fprintf(stderr, "\"%s\" is no port: a number from 1 to 65535\n", text);
    exit(2);
  }
  return (int)port;
}

/* The listening socket: it has a port, and takes connections; no data ever goes through it. */
static int listen_on(int port) {
  struct sockaddr_in address;
  int on = 1;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listener == -1) {
    perror("socket");
    exit(1);
  }
  /* Without this the port could not be taken again for a minute after the server has ended. */
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  address.sin_port = htons((uint16_t)port);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1) {
    perror("bind");
    exit(1);
  }
  if (listen(listener, BACKLOG) == -1) {
    perror("listen");
    exit(1);
  }
  return listener;
}

/* Prints what a client sent, on one line. Control characters become '?': they could drive the terminal. */
static void print_message(int port, const char *bytes, ssize_t count) {
  if (count > 0 && bytes[count - 1] == '\n') count--;
  if (count > 0 && bytes[count - 1] == '\r') count--;
  printf("Client(%d): ", port);
  for (ssize_t i = 0; i < count; i++) {
    unsigned char byte = (unsigned char)bytes[i];
    putchar(byte < 0x20 || byte == 0x7f ? '?' : byte);
  }
  putchar('\n');
}

/* Writes all of it: write() may take only a part, and then tells how much. Returns -1 if it cannot. */
static int write_all(int fd, const char *bytes, ssize_t count) {
  while (count > 0) {
    ssize_t written = write(fd, bytes, (size_t)count);
    if (written == -1) {
      if (errno == EINTR) continue;
      return -1;
    }
    bytes += written;
    count -= written;
  }
  return 0;
}

/* Reads, prints, and writes the same bytes back until the client ends. */
static void serve(int client, int port) {
  char buffer[4096];
  ssize_t count;
  /* The length is what read() says, not strlen(): the bytes need not be text, and may have a NUL in them. */
  while ((count = read(client, buffer, sizeof buffer)) != 0) {
    if (count == -1) {
      if (errno == EINTR) continue;
      perror("read");
      break;
    }
    print_message(port, buffer, count);
    if (write_all(client, buffer, count) == -1) {
      perror("write");
      break;
    }
  }
  printf("Client(%d): is disconnected\n", port);
}

int main(int argc, char *argv[]) {
  if (argc != 2) {
    fprintf(stderr, "Usage: %s PORT\n", argv[0]);
    return 2;
  }
  int listener = listen_on(parse_port(argv[1]));
  /* To write to a client that is gone would kill the child; ignored, write() fails with EPIPE instead. */
  signal(SIGPIPE, SIG_IGN);
  /* Each line at once, also where the output is a file or a pipe. */
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("Server start...\n");

  for (;;) {
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    int client = accept(listener, (struct sockaddr *)&peer, &length);
    if (client == -1) {
      /* That is one client's failure: the next one may do better. */
      if (errno != EINTR) perror("accept");
      continue;
    }
    int port = ntohs(peer.sin_port);
    printf("client %s:%d is connected...\n", inet_ntoa(peer.sin_addr), port);

    pid_t child = fork();
    if (child == -1) {
      /* Too many processes: this client is turned away, those that are served stay. */
      perror("fork");
    } else if (child == 0) {
      /* The child has a copy of every descriptor. It accepts nobody: it closes the listening socket. */
      close(listener);
      serve(client, port);
      close(client);
      exit(0);
    }
    /* The parent closes its copy. Otherwise the client would never see the end of its connection, because a
       connection ends when the last descriptor is closed, and the parent would run out of descriptors. */
    close(client);
  }
}
