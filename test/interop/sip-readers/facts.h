/*
 * What the readers of other SIP libraries make of messages: reads messages from standard input, each behind its length in four
 * bytes, and writes a line for each: "refused", or facts as name=hexadecimal between spaces.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Reads one message and prints what it says; in a process of its own, so that a message cannot hurt those after it. */
static void print_facts(char const *message, size_t length);

/* The libraries have standard output for their own words. */
static FILE *answers;

static void print_bytes(char const *name, char const *value, size_t length) {
  fprintf(answers, " %s=", name);
  for (size_t i = 0; i < length; i++) fprintf(answers, "%02x", (unsigned char)value[i]);
}

static void print_text(char const *name, char const *value) {
  if (value != NULL) print_bytes(name, value, strlen(value));
}

static void print_number(char const *name, long value) {
  char text[32];
  snprintf(text, sizeof text, "%ld", value);
  print_text(name, text);
}

static int read_all(char *into, size_t length) {
  return fread(into, 1, length, stdin) == length;
}

static void print_verdict(char const *verdict) {
  fputs(verdict, answers);
}

static void answer_all(void) {
  answers = fdopen(dup(STDOUT_FILENO), "w");
  if (answers == NULL || freopen("/dev/null", "w", stdout) == NULL) exit(1);
  unsigned char head[4];
  while (read_all((char *)head, sizeof head)) {
    size_t length = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
    char *message = calloc(1, length + 1);
    if (message == NULL || !read_all(message, length)) exit(1);
    fflush(answers);
    pid_t child = fork();
    if (child == 0) {
      print_facts(message, length);
      fflush(answers);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    fputc('\n', answers);
    free(message);
  }
}
