// expect: a text is written to a path: write save_text(path, text)
// The file appears whole or not at all.
#include <suture/file/new_file.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    save_text("notes.txt");
#else
    save_text("notes.txt", "a note");
#endif
}
