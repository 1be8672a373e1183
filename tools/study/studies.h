#pragma once

#include "tools/command/commands.h"

namespace gradzoo {

/// The sub-commands that gradzoo leaves to gradzoo-study.
int list_command(const Arguments& arguments);
int lab_command(const Arguments& arguments);
int verify_command(const Arguments& arguments);
int gradcheck_command(const Arguments& arguments);
int explain_command(const Arguments& arguments);
int bench_command(const Arguments& arguments);
int course_command(const Arguments& arguments);
int serve_command(const Arguments& arguments);
int doctor_command(const Arguments& arguments);

}  // namespace gradzoo
