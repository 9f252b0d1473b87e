# What Doxygen is shown of a header: no details, but for the bases whose members are public ones of View and Owned, of
# the recorders and of hooked modules.
/^namespace .*detail.* {$/a\
/// @cond
/^\/\/\/ What .*\(View and Owned\|Latest and History\|forms of HookedImpl\) share/,/^};/{
    /^\/\/\/ What/i\
/// @endcond
    /^};/a\
/// @cond
}
/^}.*namespace .*detail/i\
/// @endcond
# What stands behind the namespace is another library's: specialisations of its templates.
/^}  \/\/ namespace suture$/q
