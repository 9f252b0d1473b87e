// expect: what is expected are sites: find them by sites<Layout>(model, pattern)
// The sites at which hooks will be, one in each pass.
#include <suture/exported/exported.hpp>

using namespace suture;

void keep(const Exported& model, ExportedRerun& rerun) {
#ifdef SUTURE_BAD
    rerun.expect("model.layers.*");
#else
    rerun.expect(sites(model, "model.layers.*"));
#endif
}
