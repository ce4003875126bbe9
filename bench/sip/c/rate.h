/*
 * How fast a SIP library in C is: reads messages from standard input, each behind its length in four bytes, works on all of
 * them again and again for so many CPU seconds (the first argument), and prints bytes per CPU second.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct corpus {
  /* The messages behind each other, as a stream has them. */
  char *stream;
  size_t length;
  /* Each by itself, with a zero octet behind it. */
  char **messages;
  size_t *lengths;
  size_t count;
};

static void give_up(char const *why) {
  fprintf(stderr, "%s\n", why);
  exit(1);
}

static void *grown(void *memory, size_t size) {
  void *more = realloc(memory, size);
  if (more == NULL) give_up("no memory");
  return more;
}

static struct corpus read_corpus(void) {
  struct corpus corpus = {0};
  unsigned char head[4];
  while (fread(head, 1, sizeof head, stdin) == sizeof head) {
    size_t length = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
    char *message = grown(NULL, length + 1);
    if (fread(message, 1, length, stdin) != length) give_up("a message is cut off");
    message[length] = 0;
    corpus.stream = grown(corpus.stream, corpus.length + length + 1);
    memcpy(corpus.stream + corpus.length, message, length + 1);
    corpus.length += length;
    corpus.messages = grown(corpus.messages, (corpus.count + 1) * sizeof *corpus.messages);
    corpus.lengths = grown(corpus.lengths, (corpus.count + 1) * sizeof *corpus.lengths);
    corpus.messages[corpus.count] = message;
    corpus.lengths[corpus.count++] = length;
  }
  return corpus;
}

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void print_rate(char const *seconds, struct corpus const *corpus, void (*work)(struct corpus const *)) {
  double most = atof(seconds);
  work(corpus);
  double start = cpu_seconds();
  double spent = 0;
  size_t bytes = 0;
  do {
    work(corpus);
    bytes += corpus->length;
    spent = cpu_seconds() - start;
  } while (spent < most);
  printf("%f\n", (double)bytes / spent);
}
