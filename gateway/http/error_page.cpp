#include <string>

#include "gateway/http/server.h"

namespace zp::gateway {

std::string error_sentence(int status) {
  switch (status) {
    case 400:
      return "Wij begrijpen dit verzoek niet. Ga terug en probeer het opnieuw.";
    case 403:
      return "U mag dit niet bekijken of doen. Begin opnieuw op de startpagina.";
    case 404:
      return "Deze pagina bestaat niet (meer). Controleer de link of ga naar de startpagina.";
    case 405:
      return "Dit kan hier niet. Ga terug en probeer het opnieuw.";
    case 408:
      return "Het versturen duurde te lang. Controleer uw internetverbinding en probeer het opnieuw.";
    case 409:
      return "Dit is intussen veranderd. Laad de pagina opnieuw.";
    case 410:
      return "Dit is verlopen. Begin opnieuw op de startpagina.";
    case 411:
      return "De lengte van wat u stuurt ontbreekt. Probeer het met een andere browser.";
    case 413:
      return "Dit bestand is te groot. Maak het kleiner of verdeel het over meer bestanden.";
    case 414:
      return "Dit adres is te lang. Controleer de link.";
    case 429:
      return "U probeert het te vaak. Wacht even en probeer het dan opnieuw.";
    case 431:
      return "Uw browser stuurt te veel gegevens mee. Wis de cookies van deze website en probeer het "
             "opnieuw.";
    case 503:
      return "Het lukt nu niet. Probeer het over een paar minuten opnieuw. Wat u al heeft ingestuurd is "
             "bewaard.";
    case 507:
      return "Wij kunnen nu geen bestanden ontvangen. Probeer het later opnieuw.";
    default:
      break;
  }
  return status >= 500 ? "Er ging bij ons iets mis. Probeer het later opnieuw."
                       : "Dit lukt niet. Ga terug en probeer het opnieuw.";
}

Response plain_error_page(int status) {
  const auto number = std::to_string(status);
  return Response::html(
      "<!doctype html><html lang=\"nl\"><head><meta charset=\"utf-8\"><title>Dit lukt "
      "niet</title></head><body><main>"
      "<h1>Dit lukt niet</h1><p>" +
          error_sentence(status) + "</p><p><a href=\"/\">Naar de startpagina</a></p><p>Code: " + number +
          "</p></main></body></html>\n",
      status);
}

}  // namespace zp::gateway
