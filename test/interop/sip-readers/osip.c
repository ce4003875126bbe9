/* libosip2. Built by sip-readers.test.ts: cc osip.c -losipparser2 */
#include <osipparser2/osip_parser.h>

#include "facts.h"

static char const *parameter(osip_list_t *parameters, char *name) {
  osip_generic_param_t *found = NULL;
  osip_generic_param_get_byname(parameters, name, &found);
  return found == NULL ? NULL : found->gvalue;
}

static void print_facts(char const *bytes, size_t length) {
  osip_message_t *message = NULL;
  osip_message_init(&message);
  if (osip_message_parse(message, bytes, length) != 0) {
    print_verdict("refused");
    return;
  }
  print_verdict("accepted");
  if (MSG_IS_REQUEST(message)) {
    char *uri = NULL;
    print_text("method", message->sip_method);
    if (message->req_uri != NULL && osip_uri_to_str(message->req_uri, &uri) == 0) print_text("Request-URI", uri);
  } else {
    print_number("status", message->status_code);
    print_text("reason", message->reason_phrase);
  }
  osip_via_t *via = osip_list_get(&message->vias, 0);
  print_number("Vias", osip_list_size(&message->vias));
  if (via != NULL) {
    char protocol[64];
    snprintf(protocol, sizeof protocol, "SIP/%s/%s", via->version, via->protocol);
    print_text("protocol", protocol);
    print_text("sent-by_host", via->host);
    print_text("sent-by_port", via->port);
    print_text("branch", parameter(&via->via_params, "branch"));
  }
  if (message->from != NULL) print_text("From_tag", parameter(&message->from->gen_params, "tag"));
  if (message->to != NULL) print_text("To_tag", parameter(&message->to->gen_params, "tag"));
  if (message->call_id != NULL) {
    char *text = NULL;
    if (osip_call_id_to_str(message->call_id, &text) == 0) print_text("Call-ID", text);
  }
  if (message->cseq != NULL) {
    print_text("CSeq_number", message->cseq->number);
    print_text("CSeq_method", message->cseq->method);
  }
  if (message->content_length != NULL) print_text("Content-Length", message->content_length->value);
}

int main(void) {
  parser_init();
  answer_all();
  return 0;
}
