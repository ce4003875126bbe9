/* PJSIP. Built by c-libraries.mjs: cc pjsip.c $(pkg-config --static --cflags --libs libpjproject); run: pjsip SECONDS framing|parsing */
#include <pjlib-util.h>
#include <pjlib.h>
#include <pjsip.h>

#include "rate.h"

/* What one read brings, and what is there of a message that another read has to finish. */
enum { READ = 60000 };

static pjsip_endpoint *endpoint;
static pj_pool_t *pool;

/* The stream lies in one piece, so that a read costs nothing here: it only moves the end. */
static void frame_all(struct corpus const *corpus) {
  size_t at = 0;
  size_t end = 0;
  size_t seen = 0;
  while (at < corpus->length) {
    pj_size_t size = 0;
    pj_status_t status =
        at == end ? PJSIP_EPARTIALMSG : pjsip_find_msg(corpus->stream + at, end - at, PJ_FALSE, &size);
    if (status == PJ_SUCCESS) {
      at += size;
      seen++;
    } else if (status == PJSIP_EPARTIALMSG && end < corpus->length) {
      end = end + READ < corpus->length ? end + READ : corpus->length;
    } else {
      give_up("a message was not found");
    }
  }
  if (seen != corpus->count) give_up("another number of messages");
}

static void parse_all(struct corpus const *corpus) {
  for (size_t i = 0; i < corpus->count; i++) {
    pjsip_parser_err_report errors;
    pj_list_init(&errors);
    pjsip_msg *message = pjsip_parse_msg(pool, corpus->messages[i], corpus->lengths[i], &errors);
    if (message == NULL || !pj_list_empty(&errors)) give_up("a message was refused");
    pj_pool_reset(pool);
  }
}

int main(int count, char **words) {
  if (count != 3) give_up("pjsip SECONDS framing|parsing");
  struct corpus corpus = read_corpus();
  pj_caching_pool caching;
  pj_log_set_level(0);
  if (pj_init() != PJ_SUCCESS || pjlib_util_init() != PJ_SUCCESS) give_up("no pjlib");
  pj_caching_pool_init(&caching, &pj_pool_factory_default_policy, 0);
  if (pjsip_endpt_create(&caching.factory, "bench", &endpoint) != PJ_SUCCESS) give_up("no endpoint");
  pool = pj_pool_create(&caching.factory, "messages", 64000, 64000, NULL);
  print_rate(words[1], &corpus, strcmp(words[2], "framing") == 0 ? frame_all : parse_all);
  return 0;
}
