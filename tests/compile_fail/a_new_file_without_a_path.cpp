// expect: a NewFile has a path: write NewFile file(path), then file.write(text)
#include <suture/file/new_file.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    NewFile file;
#else
    NewFile file("out.txt");
#endif
}
