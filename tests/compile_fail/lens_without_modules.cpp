// expect: the lens takes a stream and two modules: write logit_lens(stream, norm, head)
// It applies the final norm and the unembedding of the model.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

at::Tensor look(View<Resid<768>> stream, torch::nn::Linear norm, torch::nn::Linear head) {
#ifdef SUTURE_BAD
    return logit_lens(stream);
#else
    return logit_lens(stream, norm, head);
#endif
}
