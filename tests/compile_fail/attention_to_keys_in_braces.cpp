// expect: the keys are a tensor: write attention_to_keys(latest[3], at::tensor({1, 2}))
// They may differ from prompt to prompt: [batch, n].
#include <suture/suture.hpp>

using namespace suture;

void use(const Latest<AnyLayout>& latest, const at::Tensor& keys) {
#ifdef SUTURE_BAD
    at::Tensor a = attention_to_keys(latest[3], {1, 2});
#else
    at::Tensor a = attention_to_keys(latest[3], keys);
#endif
}
