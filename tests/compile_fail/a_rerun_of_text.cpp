// expect: a rerun is called with tensors: write rerun(ids)
// A rerun takes what the model takes.
#include <suture/exported/exported.hpp>

using namespace suture;

at::Tensor again(ExportedRerun& rerun, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    struct Tokens {};
    return rerun(Tokens());
#else
    return rerun(ids);
#endif
}
