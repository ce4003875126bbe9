/* libosip2. Built by c-libraries.mjs: cc osip.c -losipparser2; run: osip SECONDS parsing */
#include <osipparser2/osip_parser.h>

#include "rate.h"

static void parse_all(struct corpus const *corpus) {
  for (size_t i = 0; i < corpus->count; i++) {
    osip_message_t *message = NULL;
    osip_message_init(&message);
    if (osip_message_parse(message, corpus->messages[i], corpus->lengths[i]) != 0) give_up("a message was refused");
    osip_message_free(message);
  }
}

int main(int count, char **words) {
  if (count != 3) give_up("osip SECONDS parsing");
  struct corpus corpus = read_corpus();
  parser_init();
  print_rate(words[1], &corpus, parse_all);
  return 0;
}
