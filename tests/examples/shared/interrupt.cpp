// Ctrl-C and requests to end, as a flag.
#include "../../../examples/shared/interrupt.hpp"

#include "doctest.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace {
/// What becomes of a process of its own that runs this: its exit status as a shell gives it.
template <class Run>
int status_of(const Run& run) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(run());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
}  // namespace

TEST_CASE("the first signal sets a flag, and the program ends with the code that shells give") {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        CHECK(status_of([&] {
                  ::signal(signal, SIG_DFL);  // the tests may run under nohup
                  examples::note_interrupts();
                  if (examples::was_interrupted()) return 1;
                  ::raise(signal);
                  try {
                      examples::stop_if_interrupted();
                  } catch (const examples::Interrupted&) {
                      return examples::Interrupted::exit_code();
                  }
                  return 2;
              }) == 128 + signal);
    }
}

TEST_CASE("the second signal ends the program at once") {
    CHECK(status_of([] {
              examples::note_interrupts();
              ::raise(SIGINT);
              ::raise(SIGINT);
              return 3;
          }) == 128 + SIGINT);
}

TEST_CASE("a shell's background jobs, which start with SIGINT ignored, can be interrupted; nohup is respected") {
    CHECK(status_of([] {
              ::signal(SIGINT, SIG_IGN);
              examples::note_interrupts();
              ::raise(SIGINT);
              return examples::was_interrupted() ? 4 : 5;
          }) == 4);
    CHECK(status_of([] {
              ::signal(SIGHUP, SIG_IGN);
              examples::note_interrupts();
              ::raise(SIGHUP);
              return examples::was_interrupted() ? 6 : 7;
          }) == 7);
}
