// expect: apply calls its function as const: drop mutable, and capture by reference
// An edit is a value that several threads may use at once.
#include <suture/suture.hpp>

using namespace suture;

auto count(int& calls) {
#ifdef SUTURE_BAD
    return on<Q>().apply([n = 0](at::Tensor t) mutable { return t * ++n; });
#else
    return on<Q>().apply([&calls](at::Tensor t) { return t * ++calls; });
#endif
}
