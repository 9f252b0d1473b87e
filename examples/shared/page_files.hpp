// The files of a page, in a folder beside it.
#pragma once

#include <suture/tensor/error.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <system_error>
#include <utility>

namespace examples {

/// The folder `report_files` beside `report.html`. A list in it names the files that the program wrote, so that the
/// next run deletes those that it does not write again. Files of others are never deleted, and nothing is deleted
/// before the new page is written.
class PageFiles {
public:
    explicit PageFiles(const std::filesystem::path& page) : folder_(page.parent_path() / "report_files") {
        std::ifstream list(folder_ / list_name);
        for (std::string name; std::getline(list, name);) earlier_.insert(name);
    }

    const std::filesystem::path& folder() const { return folder_; }

    /// Notes that this run writes the file, and gives its path.
    std::filesystem::path add(const std::string& name) {
        written_.insert(name);
        return folder_ / name;
    }

    /// Deletes the files of an earlier run that this one did not write, and lists those that it wrote.
    /// @throws suture::FileError if the list cannot be written
    void finish() const {
        std::error_code ignored;  // a file that cannot be deleted stays
        for (const std::string& name : earlier_)
            if (!written_.contains(name) && std::filesystem::path(name).filename() == name)
                std::filesystem::remove(folder_ / name, ignored);
        std::filesystem::create_directories(folder_, ignored);
        std::ofstream list(folder_ / list_name);
        for (const std::string& name : written_) list << name << "\n";
        if (!list.flush())
            throw suture::FileError((folder_ / list_name).string() + " cannot be written: check the space on the disk");
    }

private:
    static constexpr const char* list_name = "files.txt";
    std::filesystem::path folder_;
    std::set<std::string> earlier_, written_;
};

}  // namespace examples
