// expect: options have names: write RecordOptions{.dtype = at::kDouble}
// A recorder has several options.
#include <suture/suture.hpp>

using namespace suture;

void record(HookSet& hooks, const HookPoint<Resid<768>>& resid) {
#ifdef SUTURE_BAD
    History<Resid<768>> history(at::kDouble);
#else
    History<Resid<768>> history(RecordOptions{.dtype = at::kDouble});
#endif
}
