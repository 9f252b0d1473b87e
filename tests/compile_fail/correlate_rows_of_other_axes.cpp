// expect: the rows to correlate are tokens: give axes with the token last, or a tensor
// The rows of a matrix of correlations are those of the last axis before the channels; sequence first, these are prompts.
#include <suture/suture.hpp>

using namespace suture;

using SequenceFirst = Ordered<Resid<768>, Axis::token, Axis::batch>;

at::Tensor matrix(View<SequenceFirst> stream) {
#ifdef SUTURE_BAD
    return correlation_matrix(stream);
#else
    return correlation_matrix(at::Tensor(stream.clone()).transpose(0, 1));
#endif
}
