// Runs the code of a page and compares its output with the page. @see page_program.cpp
#pragma once

#include <exception>
#include <initializer_list>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>

namespace docs_page {

/// The code under one heading.
struct section {
    const char* place;  ///< where it begins: "docs/hooks.md:12"
    void (*run)();
};

inline std::ostringstream printed;
inline int faults = 0;

/// Compares the output since the last call with the output that the page shows at `place`.
inline void prints(const std::string& place, const std::string& shown) {
    const std::string said = printed.str();
    printed.str("");
    if (said == shown) return;
    ++faults;
    std::cerr << place << ": error: the page shows\n" << shown << "but its code prints\n" << said;
}

/// Runs the sections in order, each up to its first exception. @return the exit status
inline int run(std::initializer_list<section> sections) {
    std::streambuf* const console = std::cout.rdbuf(printed.rdbuf());
    for (const section& s : sections) {
        try {
            s.run();
        } catch (const std::exception& e) {
            ++faults;
            std::cerr << s.place << ": error: the code that begins here throws: " << e.what() << "\n";
            printed.str("");
        }
        prints(s.place, "");
    }
    std::cout.rdbuf(console);
    return faults == 0 ? 0 : 1;
}

}  // namespace docs_page
