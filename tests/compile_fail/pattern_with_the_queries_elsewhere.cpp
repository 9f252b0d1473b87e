// expect: a pattern has its queries last before the keys: name the token axis last
// Statistics of a pattern read [..., queries, keys].
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
using Weights = Ordered<AttnPattern<16>, Axis::token, Axis::batch, Axis::head>;
#else
using Weights = AttentionPattern<16>;
#endif

at::Tensor spread(View<Weights> pattern) { return attention_entropy(pattern); }
