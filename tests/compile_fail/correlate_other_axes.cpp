// expect: these have other axes before the channels: correlate tensors of one order
// Row by row, tokens of one would be correlated with prompts of the other.
#include <suture/suture.hpp>

using namespace suture;

using SequenceFirst = Ordered<Resid<768>, Axis::token, Axis::batch>;

at::Tensor alike(View<SequenceFirst> a, View<Resid<768>> b) {
#ifdef SUTURE_BAD
    return pearson(a, b);
#else
    return pearson(at::Tensor(a.clone()).transpose(0, 1), b);
#endif
}
