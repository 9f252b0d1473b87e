// Running gnuplot, the program that draws, without a shell, and quoting text for its scripts. Needs POSIX.
#pragma once

#include "suture/pictures/detail/text.hpp"
#include "suture/pictures/detail/text_file.hpp"

#include <suture/file/new_file.hpp>
#include <suture/tensor/error.hpp>
#include <suture/text/utf8.hpp>

#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>

extern "C" char** environ;

namespace suture::pictures::detail {

/// A string of a gnuplot script. Between single quotes gnuplot expands nothing: no command in backquotes, no macro,
/// no escape; the quote itself is doubled.
inline std::string gnuplot_string(std::string_view text) {
    std::string string = "'";
    for (const char c : printable(text)) string += c == '\'' ? std::string("''") : std::string(1, c);
    return string + "'";
}

/// What a new process does before it becomes another program.
class SpawnActions {
public:
    SpawnActions() { ::posix_spawn_file_actions_init(&actions_); }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;
    ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }

    SpawnActions& work_in(const std::filesystem::path& directory) {
        ::posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());
        return *this;
    }
    SpawnActions& open(int descriptor, const char* path, int flags) {
        ::posix_spawn_file_actions_addopen(&actions_, descriptor, path, flags, 0600);
        return *this;
    }
    const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_;
};

/// Waits for the process to end. @returns its exit status; -1 if it was killed or cannot be waited for
inline int exit_status(pid_t process) {
    int status = 0;
    while (::waitpid(process, &status, 0) < 0)
        if (errno != EINTR) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Runs `gnuplot SCRIPT` in a directory, without the user's own settings. Its error output goes into the file
/// "complaints" there.
/// @returns false if the program does not exist
/// @throws suture::FileError, with its error output, if it cannot be started or fails
inline bool run_gnuplot(std::string program, const std::filesystem::path& directory, const std::string& script) {
    SpawnActions actions;
    actions.work_in(directory)
        .open(STDIN_FILENO, "/dev/null", O_RDONLY)
        .open(STDOUT_FILENO, "/dev/null", O_WRONLY)
        .open(STDERR_FILENO, "complaints", O_WRONLY | O_CREAT | O_TRUNC);
    std::string no_settings = "--default-settings", file = script;
    const std::array<char*, 4> arguments{program.data(), no_settings.data(), file.data(), nullptr};
    pid_t process = 0;
    const int refusal = ::posix_spawnp(&process, program.c_str(), actions.get(), nullptr, arguments.data(), environ);
    if (refusal == ENOENT) return false;
    if (refusal != 0)
        throw suture::FileError(program + " cannot be started" + suture::detail::system_reason(refusal) +
                                ": check the program (nothing was written)");
    if (exit_status(process) != 0)
        throw suture::FileError(program + " failed on " + script + " (nothing was written): " +
                                suture::replaced_utf8(contents_of(directory / "complaints")));
    return true;
}

}  // namespace suture::pictures::detail
