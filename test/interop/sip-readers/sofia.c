/* sofia-sip. Built by sip-readers.test.ts: cc sofia.c $(pkg-config --cflags --libs sofia-sip-ua) */
#include <sofia-sip/msg.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/url.h>

#include "facts.h"

static void print_facts(char const *bytes, size_t length) {
  su_home_t home[1] = {SU_HOME_INIT(home)};
  msg_t *message = msg_make(sip_default_mclass(), MSG_DO_EXTRACT_COPY, bytes, (ssize_t)length);
  sip_t *sip = message == NULL ? NULL : sip_object(message);
  if (sip == NULL || (sip->sip_request == NULL && sip->sip_status == NULL) || (sip->sip_flags & MSG_FLG_ERROR)) {
    print_verdict("refused");
    return;
  }
  print_verdict("accepted");
  if (sip->sip_request != NULL) {
    print_text("method", sip->sip_request->rq_method_name);
    print_text("Request-URI", url_as_string(home, sip->sip_request->rq_url));
  } else {
    print_number("status", sip->sip_status->st_status);
    print_text("reason", sip->sip_status->st_phrase);
  }
  long vias = 0;
  for (sip_via_t *via = sip->sip_via; via != NULL; via = via->v_next) vias++;
  print_number("Vias", vias);
  if (sip->sip_via != NULL) {
    print_text("protocol", sip->sip_via->v_protocol);
    print_text("sent-by_host", sip->sip_via->v_host);
    print_text("sent-by_port", sip->sip_via->v_port);
    print_text("branch", sip->sip_via->v_branch);
  }
  if (sip->sip_from != NULL) print_text("From_tag", sip->sip_from->a_tag);
  if (sip->sip_to != NULL) print_text("To_tag", sip->sip_to->a_tag);
  if (sip->sip_call_id != NULL) print_text("Call-ID", sip->sip_call_id->i_id);
  if (sip->sip_cseq != NULL) {
    print_number("CSeq_number", (long)sip->sip_cseq->cs_seq);
    print_text("CSeq_method", sip->sip_cseq->cs_method_name);
  }
  if (sip->sip_content_length != NULL) print_number("Content-Length", (long)sip->sip_content_length->l_length);
  long fields = 0;
  msg_header_t *first = (msg_header_t *)(sip->sip_request != NULL ? (void *)sip->sip_request : (void *)sip->sip_status);
  for (msg_header_t *header = first; header != NULL; header = header->sh_succ) {
    msg_hclass_t const *class = header->sh_class;
    int special = class == sip_request_class || class == sip_status_class || class == sip_separator_class ||
                  class == sip_payload_class;
    /* The second and later values of a row have no bytes of their own. */
    if (!special && header->sh_len > 0) fields++;
  }
  print_number("fields", fields);
  print_number("body_length", sip->sip_payload == NULL ? 0 : (long)sip->sip_payload->pl_len);
}

int main(void) {
  answer_all();
  return 0;
}
