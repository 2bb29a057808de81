"""The files of a lab's Asterisk, around the snippets of pbx/dialplan."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lab.asterisk.modules import MODULES
from lab.setup.places import asterisk_data, asterisk_modules


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Where one Asterisk of the lab lives: its folder, its address, the name its events and uniqueids carry."""

    folder: Path
    address: str
    systemname: str
    first_rtp: int = 20000
    last_rtp: int = 22999


def configuration(box: Box, snippets: Mapping[str, str]) -> dict[str, str]:
    """File name to text of everything in etc/."""
    return {
        **snippets,
        "asterisk.conf": _asterisk(box),
        "modules.conf": "[modules]\nautoload=no\npreload-require => res_sorcery_config.so\n"
        + "".join(f"load => {module}.so\n" for module in MODULES),
        "logger.conf": "[general]\ndateformat=%F %T.%3q\n[logfiles]\nmessages.log => warning,error\n",
        "pjproject.conf": "[startup]\ntype=startup\nlog_level=0\n",
        "rtp.conf": f"[general]\nrtpstart={box.first_rtp}\nrtpend={box.last_rtp}\nicesupport=yes\n",
        "http.conf": f"[general]\nenabled=yes\nbindaddr={box.address}\nbindport=8088\n",
        "pjsip.conf": _pjsip(box),
        "manager.conf": f"[general]\nenabled=yes\nbindaddr={box.address}\nport=5038\n"
        "disabledevents=VarSet,Newexten,AGIExecStart,AGIExecEnd,RTCPSent,RTCPReceived\n#include manager_zhida.conf\n",
        "stasis.conf": "[declined_message_types]\ndecline=agi_exec_start_type\ndecline=agi_exec_end_type\n"
        "decline=ast_channel_varset_type\ndecline=ast_rtp_rtcp_sent_type\ndecline=ast_rtp_rtcp_received_type\n",
        "extensions.conf": _extensions(),
        "confbridge.conf": "[general]\n#include confbridge_zhida.conf\n",
        "queues.conf": _queues(),
        "musiconhold.conf": "[general]\n#include musiconhold_zhida.conf\n",
        "cdr.conf": "[general]\nenable=yes\nunanswered=yes\n",
        "cel.conf": "[general]\nenable=no\n",
        "cdr_custom.conf": "#include cdr_custom_zhida.conf\n",
        "features.conf": "[general]\n#include features_zhida.conf\n",
        "acl.conf": "",
        "udptl.conf": "[general]\n",
        "ccss.conf": "[general]\n",
        "dnsmgr.conf": "[general]\nenable=no\n",
        "cli.conf": "",
        "sorcery.conf": "",
        "indications.conf": "[general]\ncountry=cn\n[cn]\ndescription=China\nringcadence=1000,4000\ndial=450\nbusy=450/350,0/350\n"
        "ring=450/1000,0/4000\ncongestion=450/700,0/700\ncallwaiting=450/400,0/4000\ndialrecall=450\nrecord=950/400,0/10000\n"
        "info=450/100,0/100,450/100,0/100,450/100,0/100,450/400,0/400\nstutter=450+425\n",
    }


def _asterisk(box: Box) -> str:
    folder = box.folder
    return f"""[directories]
astetcdir => {folder}/etc
astmoddir => {asterisk_modules()}
astvarlibdir => {folder}/lib
astdbdir => {folder}/lib
astkeydir => {folder}/lib
astdatadir => {asterisk_data()}
astagidir => {folder}/lib
astspooldir => {folder}/spool
astrundir => {folder}/run
astlogdir => {folder}/log
[options]
systemname = {box.systemname}
live_dangerously = no
maxfiles = 20000
"""


def _pjsip(box: Box) -> str:
    return f"""[global]
type=global
endpoint_identifier_order=ip,username,anonymous
user_agent=Zhida lab
[udp]
type=transport
protocol=udp
bind={box.address}:5060
[ws]
type=transport
protocol=ws
bind={box.address}
#include pjsip_zhida.conf
"""


def _extensions() -> str:
    """For measuring: 12399 is a bare Dial() of seat 8001 + (last four digits of the caller's number mod 20), 12398 app_queue.

    12397 is a bare ConfBridge, the same room for each three callers whose last four digits follow one another.
    """
    return """[general]
static=yes
writeprotect=yes
#include extensions_zhida.conf

[zhida-from-carrier](+)
exten => 12399,1,Gosub(zhida-number,pai_then_from,1)
 same => n,Set(ZHIDA_SEAT=$[8001 + ${MATH(0${ZHIDA_NUMBER:-4} % 20,int)}])
 same => n,Set(CALLERID(num)=${ZHIDA_NUMBER})
 same => n,Dial(PJSIP/${ZHIDA_SEAT},15)
 same => n,Hangup()
exten => 12398,1,Gosub(zhida-number,pai_then_from,1)
 same => n,Set(CALLERID(num)=${ZHIDA_NUMBER})
 same => n,Queue(measured,c)
 same => n,Hangup()
exten => 12397,1,Gosub(zhida-number,pai_then_from,1)
 same => n,Set(ZHIDA_ROOM=bare-${MATH(0${ZHIDA_NUMBER:-4} / 3,int)})
 same => n,Answer()
 same => n,ConfBridge(${ZHIDA_ROOM},zhida_room,zhida_member)
 same => n,Hangup()
"""


def _queues() -> str:
    """Beside the fall-back's queue one for measuring: app_queue at its quickest, over the lab's UDP seats.

    retry: 1 s is the least; with 0 it waits 5 s (seen on 22.10). strategy: leastrecent would ring seats that decline first
    for every caller, because a declined call is none to it; rrmemory goes on from seat to seat. timeout: as seats.ring_s of the benchmark.
    """
    return "[general]\nautofill=yes\npersistentmembers=no\nshared_lastcall=no\n#include queues_zhida.conf\n" + _MEASURED


_MEASURED: Final = """
[measured]
musicclass=zhida
strategy=rrmemory
autofill=yes
ringinuse=no
timeout=2
retry=1
timeoutrestart=no
wrapuptime=0
memberdelay=0
weight=0
autopause=no
announce-frequency=0
announce-holdtime=no
announce-position=no
joinempty=yes
leavewhenempty=no
reportholdtime=no
setinterfacevar=no
""" + "".join(f"member => PJSIP/{seat},0,{seat},PJSIP/{seat}\n" for seat in range(8001, 8021))
