// expect: a holder points to its module: write model->eval(...)
// A holder is called, or used as a pointer.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    model.eval();
#else
    model->eval();
#endif
}
