// expect: a place of a pattern is given as a tensor: write view[place].clone()
// A place may have dropped the axis of the queries; a tensor is taken as it is, [..., queries, keys].
#include <suture/suture.hpp>

using namespace suture;

at::Tensor spread(View<AttentionPattern<16>> pattern) {
#ifdef SUTURE_BAD
    return attention_entropy(pattern[on<AttnPattern>(head(3))]);
#else
    return attention_entropy(pattern[on<AttnPattern>(head(3))].clone());
#endif
}
