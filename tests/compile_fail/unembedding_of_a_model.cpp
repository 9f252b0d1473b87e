// expect: weights go by their modules: write model->named_parameters()
// TransformerLens has W_U and W_E; here a weight is where Hugging Face keeps it.
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    at::Tensor w = model->W_E;
#else
    at::Tensor w = model->token_embedding->weight;
#endif
}
