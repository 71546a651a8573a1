# batch-output.pl COMMAND...
# Runs COMMAND, and passes on what it writes to stdout in batches: at once after a silence, then every 100 ms. Each write
# of a container wakes two processes of the engine, which under load costs as much as HAProxy's own work on a request.
# Signals go to COMMAND. Its exit code becomes that of this program, once its last line has been passed on.
use strict;
use warnings;
use Errno qw(EINTR);
use Fcntl qw(F_SETPIPE_SZ);

# The bytes that a pipe may hold without privileges. A writer that must not wait, such as HAProxy, drops lines when it is full.
my $SIZE = 1 << 20;

pipe(my $output, my $input) or die "pipe: $!\n";
# Where so much is not to be had, there must be no pauses either.
my $pause = fcntl($output, F_SETPIPE_SZ, $SIZE) ? 0.1 : 0;

my $command = fork() // die "fork: $!\n";
if ($command == 0) {
    open(STDOUT, '>&', $input) or die "stdout: $!\n";
    exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\n";
}
close $input;
for my $name (qw(HUP INT TERM USR1 USR2)) {
    $SIG{$name} = sub { kill $name, $command };
}
# Nobody may be left to read; the command goes on nevertheless.
$SIG{PIPE} = 'IGNORE';

while (1) {
    my $length = sysread($output, my $batch, $SIZE);
    next if !defined $length && $! == EINTR;
    last if !$length;
    pass_on($batch);
    select(undef, undef, undef, $pause);
}
waitpid($command, 0);
exit($? & 127 ? 128 + ($? & 127) : $? >> 8);

sub pass_on {
    my ($batch) = @_;
    for (my $done = 0; $done < length $batch;) {
        my $written = syswrite(STDOUT, $batch, length($batch) - $done, $done);
        next if !defined $written && $! == EINTR;
        last if !$written;
        $done += $written;
    }
}
