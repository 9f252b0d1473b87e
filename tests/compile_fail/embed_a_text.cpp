// expect: embed takes token ids: write model->embed(ids)
// A Tokenizer makes ids of a text.
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    at::Tensor x = model->embed("Hello");
    (void)ids;
#else
    at::Tensor x = model->embed(ids);
#endif
}
