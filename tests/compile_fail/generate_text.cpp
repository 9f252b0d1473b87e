// expect: a function goes on with a prompt: write generate(model, ids)
// It takes options and hooks, and keeps a cache.
#include <suture/generate/generate.hpp>
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto next = model->generate(ids);
#else
    auto next = generate(model, ids, {.max_new_tokens = 40}).new_tokens(0);
#endif
}
