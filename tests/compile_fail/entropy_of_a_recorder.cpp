// expect: a pattern is one tensor: write attention_entropy(latest[3])
// A recorder holds the patterns of several layers.
#include <suture/suture.hpp>

using namespace suture;

void use(const Latest<AnyLayout>& latest) {
#ifdef SUTURE_BAD
    at::Tensor e = attention_entropy(latest);
#else
    at::Tensor e = attention_entropy(latest[3]);
#endif
}
