// expect: a NewFile is neither copied nor moved: pass a reference
#include <suture/file/new_file.hpp>

using namespace suture;

[[maybe_unused]] void use(const NewFile& file) {
#ifdef SUTURE_BAD
    NewFile copy = file;
#else
    const NewFile& same = file;
    (void)same;
#endif
}
