/*
 * A client for the servers beside it: it sends a line, waits for the answer, prints it, and reads the next line.
 *
 *     ./test_client 127.0.0.1 9000
 *
 * An empty line is not sent. A line goes out without its newline. END is sent and ends it, as the end of input does.
 */

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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

/* Reads and prints until so many bytes have come, on a line of their own. One read() need not bring a whole answer: TCP
   is a stream of bytes, and knows no messages. Returns 0 at the end of file. */
static int print_answer(int server, size_t wanted) {
  char buffer[4096];
  size_t received = 0;
  int is_open = 1;
  while (is_open && received < wanted) {
    ssize_t count = read(server, buffer, sizeof buffer);
    if (count == -1) {
      if (errno == EINTR) continue;
      perror("read");
      exit(1);
    }
    fwrite(buffer, 1, (size_t)count, stdout);
    received += (size_t)count;
    is_open = count > 0;
  }
  if (received > 0) putchar('\n');
  return is_open;
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

  char *line = NULL;
  size_t capacity = 0;
  ssize_t length;
  while ((length = getline(&line, &capacity, stdin)) != -1) {
    if (length > 0 && line[length - 1] == '\n') line[--length] = '\0';
    if (length == 0) continue;
    if (strcmp(line, END_WORD) == 0) break;
    send_all(server, line, (size_t)length);
    if (!print_answer(server, (size_t)length)) {
      printf("the server has closed the connection\n");
      return 0;
    }
  }
  free(line);

  /* The end of our direction. The other one is still open: what the server has left to say is printed. */
  send_all(server, END_WORD, strlen(END_WORD));
  shutdown(server, SHUT_WR);
  print_answer(server, (size_t)-1);
  close(server);
  return 0;
}
