// expect: a View is not a tensor: copy it, view.clone(), or lend it, view.read(f)
// A module may write its input, so it is given a copy.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

void look(torch::nn::Linear head, View<Resid<768>> stream) {
#ifdef SUTURE_BAD
    at::Tensor logits = head->forward(stream);
#else
    at::Tensor logits = head->forward(stream.clone());
#endif
}
