#pragma once

#include <httplib.h>

namespace gradzoo {

/// The library's server, but for a client that sends or reads a byte now and then: the library waits for each
/// byte anew, so that some hundred such clients would keep all threads for ever. Here a request has ten
/// seconds to arrive, and an answer a minute to be read, whatever comes meanwhile.
class ImpatientServer : public httplib::Server {
 private:
  bool process_and_close_socket(socket_t socket) override;
};

}  // namespace gradzoo
