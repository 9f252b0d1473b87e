// expect: the mode was fixed by the export: call eval() in Python before torch.export
// An exported graph has dropout or it has not: call `model.eval()` in Python before the export.
#include <suture/exported/exported.hpp>
#include <suture/suture.hpp>

using namespace suture;

void edit(const Exported& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    model.eval();
#else
    model(ids);
#endif
}
