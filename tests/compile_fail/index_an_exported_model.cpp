// expect: a module is found by its path: write site<Layout>(model, path)
// The modules of an exported model are nodes of a graph. A site in it is found by the path of the module.
#include <suture/exported/exported.hpp>
#include <suture/suture.hpp>

using namespace suture;

void edit(const Exported& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto attention = model["h.0.attn"];
#else
    auto attention = site<Resid<768>>(model, "h.0.attn");
#endif
}
