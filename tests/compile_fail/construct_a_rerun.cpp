// expect: a rerun is made by its model: write model.rerun()
// It keeps what passes of one model leave.
#include <suture/exported/exported.hpp>

using namespace suture;

void again(const Exported& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    ExportedRerun rerun;
#else
    ExportedRerun rerun = model.rerun();
#endif
    rerun(ids);
}
