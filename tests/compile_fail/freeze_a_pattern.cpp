// expect: what is frozen are sites: find them by sites<Layout>(model, pattern)
// A rerun freezes sites, which the model finds.
#include <suture/exported/exported.hpp>

using namespace suture;

ExportedRerun frozen(const Exported& model) {
#ifdef SUTURE_BAD
    return model.rerun("model.layers.*.mlp");
#else
    return model.rerun(sites(model, "model.layers.*.mlp"));
#endif
}
