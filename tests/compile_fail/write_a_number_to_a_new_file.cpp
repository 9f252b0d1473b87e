// expect: a NewFile takes text: write file.write(text), and file.publish() at the end
#include <suture/file/new_file.hpp>

using namespace suture;

[[maybe_unused]] void use(NewFile& file) {
#ifdef SUTURE_BAD
    file.write(3);
#else
    file.write("3");
#endif
}
