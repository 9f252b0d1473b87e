// expect: ids are decoded from a vector: write tokenizer.decode({15496, 995})
// A tensor may have a batch, which is decoded row by row.
#include <suture/tokenizer/tokenizer.hpp>

using namespace suture;

void use(const Tokenizer& tokenizer, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto text = tokenizer.decode(ids);
#else
    auto text = tokenizer.decode({ids.data_ptr<Index>(), ids.data_ptr<Index>() + ids.numel()});
#endif
}
