/* sofia-sip. Built by c-libraries.mjs: cc sofia.c $(pkg-config --static --cflags --libs sofia-sip-ua); run: sofia SECONDS parsing */
#include <sofia-sip/msg.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>

#include "rate.h"

static void parse_all(struct corpus const *corpus) {
  for (size_t i = 0; i < corpus->count; i++) {
    msg_t *message = msg_make(sip_default_mclass(), MSG_DO_EXTRACT_COPY, corpus->messages[i], (ssize_t)corpus->lengths[i]);
    sip_t *sip = message == NULL ? NULL : sip_object(message);
    if (sip == NULL || (sip->sip_request == NULL && sip->sip_status == NULL)) give_up("a message was refused");
    msg_destroy(message);
  }
}

int main(int count, char **words) {
  if (count != 3) give_up("sofia SECONDS parsing");
  struct corpus corpus = read_corpus();
  print_rate(words[1], &corpus, parse_all);
  return 0;
}
