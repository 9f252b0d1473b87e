// expect: Q, K and V lie side by side: edit attn->qkv_site() with on<Q>()
// Paths have the names of Hugging Face's implementation of the family; members have one name in all families.
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    auto module = model->blocks[0]->attn->c_attn;
#else
    auto module = model->blocks[0]->attn->qkv;
#endif
}
