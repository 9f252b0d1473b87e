// A disk that is full when a test wants it to be: no file of this process may grow beyond a size.
#pragma once

#include <sys/resource.h>

#include <csignal>

namespace suture_test {

/// While it lives, a write beyond this size of a file fails with EFBIG, as one on a full disk does with ENOSPC; in programs
/// that are started meanwhile, too. Output of the test itself may be lost: check afterwards.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit small{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, handler_);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    void (*handler_)(int);
    rlimit before_{};
};

}  // namespace suture_test
