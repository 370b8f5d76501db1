"""Invented exports of systems that callstats does not know, each with the mapping a person would write."""

from __future__ import annotations

#: name: (files, the mapping that is right)
EXPORTS: dict[str, tuple[dict[str, str], str]] = {
    "french_crm": (
        {
            "appels.csv": """Export des appels;;;;;;;
Campagne fibre du 01/09/2026 au 30/09/2026;;;;;;;
N° fiche;Date appel;Heure;Conseiller;Qualification;Durée communication (s);Montant HT;Fichier
F1;14/09/2026;10:05:00;Ann;Vente;125;"1 234,50 €";A
F2;14/09/2026;10:06:00;Bob;Absent;0;;A
F3;15/09/2026;10:07:00;Ann;Refus argumenté;65;;B
F4;15/09/2026;10:08:00;Bob;Répondeur;12;;B
F1;15/09/2026;10:09:00;Bob;À rappeler;31;;A
"""
        },
        """[file]
decimal = ","
[calls.columns]
contact_id = "N° fiche"
list_id = "Fichier"
agent_id = "Conseiller"
started_at = { template = "{Date appel} {Heure}", format = "%d/%m/%Y %H:%M:%S" }
outcome_code = "Qualification"
talk_s = "Durée communication (s)"
value = { column = "Montant HT", type = "money" }
[calls.statuses]
"Vente" = "success"
"Absent" = "no_answer"
"Refus argumenté" = "refusal"
"Répondeur" = "machine"
"À rappeler" = "callback"
""",
    ),
    "russian_pbx": (
        {
            "zvonki.csv": """Номер звонка;Дата и время;Тип звонка;Оператор;Номер клиента;Статус;Длительность разговора;Время ожидания
1;14.09.2026 10:05;Исходящий;Анна;+79990000001;Продажа;00:02:05;00:00:04
2;14.09.2026 10:06;Исходящий;Борис;+79990000002;Нет ответа;;00:00:30
3;14.09.2026 10:07;Входящий;Анна;+79990000003;Отказ;00:01:05;00:00:10
4;15.09.2026 10:07;Внутренний;Анна;+79990000004;Отвечен;00:00:15;00:00:01
"""
        },
        """[calls]
where = { "Тип звонка" = ["Исходящий", "Входящий"] }
[calls.columns]
call_id = "Номер звонка"
contact_id = "Номер клиента"
agent_id = "Оператор"
direction = { column = "Тип звонка", values = { "Исходящий" = "outbound", "Входящий" = "inbound" } }
started_at = { column = "Дата и время", format = "%d.%m.%Y %H:%M" }
outcome_code = "Статус"
queue_s = { column = "Время ожидания", unit = "hh:mm:ss" }
talk_s = { column = "Длительность разговора", unit = "hh:mm:ss" }
[calls.statuses]
"Продажа" = "success"
"Нет ответа" = "no_answer"
"Отказ" = "refusal"
"Отвечен" = "spoken"
""",
    ),
    "service_line": (
        {
            "calls.csv": """Call Id,Agent,Date,Time,Topic,Answered (Y/N),Resolved,Speed of answer in seconds,AvgTalkDuration,Satisfaction rating
ID1,Ann,1/1/2026,9:12:58,Contract,Y,Y,109,0:02:23,3
ID2,Bob,1/1/2026,9:20:58,Support,Y,N,70,0:04:02,3
ID3,Cy,1/31/2026,9:47:31,Contract,Y,Y,10,0:02:11,3
ID4,Ann,1/31/2026,10:00:29,Payment,N,N,,,
"""
        },
        """[calls.columns]
call_id = "Call Id"
campaign_id = "Topic"
agent_id = "Agent"
direction = { constant = "inbound" }
started_at = { template = "{Date} {Time}", format = "%m/%d/%Y %H:%M:%S" }
outcome_code = "Answered (Y/N)"
success = "Resolved"
queue_s = "Speed of answer in seconds"
talk_s = { column = "AvgTalkDuration", unit = "hh:mm:ss" }
[calls.statuses]
"Y" = "handled"
"N" = "abandoned"
[surveys.columns]
call_id = "Call Id"
kind = { constant = "csat" }
score = "Satisfaction rating"
""",
    ),
    "switchboard": (
        {
            "Master.csv": """calldate,clid,src,dst,channel,duration,billsec,disposition,accountcode,uniqueid,linkedid
2026-09-22 09:12:00,"""
            '"""Ann"" <101>"'
            """,101,0199001001,SIP/101-1,55,45,ANSWERED,,1727000100.1,1727000100.1
2026-09-22 09:12:55,"""
            '"""Ann"" <101>"'
            """,101,0199001001,SIP/101-1,20,0,NO ANSWER,,1727000100.2,1727000100.1
2026-09-22 09:15:00,"""
            '"""Bob"" <102>"'
            """,102,0199001003,SIP/102-1,20,0,BUSY,,1727000300.1,1727000300.1
"""
        },
        """[calls.legs]
key = ["linkedid", "uniqueid"]
first = "calldate"
keep = { handled = "any", outcome_code = "best", started_at = "first", talk_s = "sum", ring_s = "max" }
best = ["ANSWERED", "BUSY", "NO ANSWER"]
[calls.columns]
call_id = "uniqueid"
contact_id = "dst"
started_at = "calldate"
outcome_code = "disposition"
ring_s = { column = "duration", minus = "billsec", unit = "s" }
talk_s = "billsec"
[calls.statuses]
"ANSWERED" = "picked_up"
"NO ANSWER" = "no_answer"
"BUSY" = "busy"
""",
    ),
    "cloud_dialer": (
        {
            "dials.csv": """SystemContactId,LogDate,LogTime,LogType,AgentName,DialledToNumber,Result,WrapUpReasonName
101,16/03/2026,10:31:44,completed,Ann,01632960101,Answered,Not interested
102,16/03/2026,10:35:00,failed,,01632960102,No answer,
101,17/03/2026,11:00:00,completed,Bob,01632960101,Answered,Sale
""",
            "hours.csv": """Agent,Day,Talk,ACW,Available,Break
Ann,2026-03-16,10000,2000,3000,3000
Bob,2026-03-17,9000,1800,5400,1800
""",
            "costs.csv": """Campaign,Month,Kind,Amount
fibre,2026-03,Salaries,1200
fibre,2026-03,Telephony,300
""",
        },
        """[calls]
file = "dials.csv"
[calls.columns]
contact_id = "SystemContactId"
agent_id = "AgentName"
started_at = { template = "{LogDate} {LogTime}", format = "%d/%m/%Y %H:%M:%S" }
outcome_code = { column = ["WrapUpReasonName", "Result"], first = "filled" }
[calls.statuses]
"Not interested" = "refusal"
"No answer" = "no_answer"
"Sale" = "success"
[agent_time]
file = "hours.csv"
[agent_time.columns]
agent_id = "Agent"
start = "Day"
[agent_time.wide]
states = { talk = "Talk", wrap = "ACW", wait = "Available", pause = "Break" }
[costs]
file = "costs.csv"
[costs.columns]
campaign_id = "Campaign"
period = "Month"
kind = { column = "Kind", values = { "Salaries" = "labour", "Telephony" = "technical" } }
amount = "Amount"
""",
    ),
    # the session of an agent looks like the id of a call; two times of day a minute apart
    "power_dialer": (
        {
            "session.csv": """Call Date,Call Time,Agent,Contact ID,Phone,Folder,Disposition,Connected,Call Length,Session ID
09/14/26,09:00 AM,Ann,301,+12025550101,New,Set Appointment,Yes,1:35,S1
09/14/26,09:07 AM,Ann,302,+12025550102,New,Not Interested,Yes,0:40,S1
09/14/26,09:14 AM,Ann,303,+12025550103,New,No Answer,No,0:00,S1
09/14/26,09:21 AM,Ann,304,+12025550104,New,Left Message,No,0:12,S1
09/14/26,01:28 PM,Bob,305,+12025550105,New,Call Back,Yes,0:30,S2
09/14/26,01:35 PM,Bob,306,+12025550106,New,No Answer,No,0:00,S2
09/14/26,01:42 PM,Bob,301,+12025550101,New,Not Interested,Yes,1:05,S2
09/14/26,01:49 PM,Bob,308,+12025550108,New,No Answer,No,0:00,S2
"""
        },
        """[calls.columns]
contact_id = "Contact ID"
agent_id = "Agent"
started_at = { template = "{Call Date} {Call Time}", format = "%m/%d/%y %I:%M %p" }
outcome_code = "Disposition"
connected = "Connected"
talk_s = { column = "Call Length", unit = "hh:mm:ss" }
[calls.statuses]
"Set Appointment" = "success"
"Not Interested" = "refusal"
"No Answer" = "no_answer"
"Left Message" = "machine"
"Call Back" = "callback"
""",
    ),
    # a federal state is no outcome, and agents who dial a list wait as well as callers
    "predictive_dialer": (
        {
            "log.csv": """Log Time,Call Log ID,Lead ID,Phone,State,Campaign,List,Agent,Log Type,Duration,Wait
09/14/2026 09:00:00 AM,7001,101,2025550101,NY,Solar,Sept,Ann,Appointment Set,95,6
09/14/2026 09:07:00 AM,7002,102,2025550102,NY,Solar,Sept,Bob,Not Interested,40,8
09/14/2026 09:14:00 AM,7003,103,2025550103,NY,Solar,Sept,,No Answer,0,0
09/14/2026 01:21:00 PM,7004,104,2025550104,NY,Solar,Sept,,Answering Machine,12,0
09/14/2026 01:28:00 PM,7005,101,2025550101,NY,Solar,Sept,Ann,Callback,30,5
"""
        },
        """[calls.columns]
call_id = "Call Log ID"
contact_id = "Lead ID"
list_id = "List"
campaign_id = "Campaign"
agent_id = "Agent"
started_at = { column = "Log Time", format = "%m/%d/%Y %I:%M:%S %p" }
outcome_code = "Log Type"
talk_s = "Duration"
[calls.statuses]
"Appointment Set" = "success"
"Not Interested" = "refusal"
"No Answer" = "no_answer"
"Answering Machine" = "machine"
"Callback" = "callback"
""",
    ),
    # the line says "Answered" of every talk; what came of it is in the agent's code, where there is one
    "cloud_phone": (
        {
            "calls.csv": """Call ID,Contact Name,Contact Number,Own Number,Agent Name,Call Date,Call Time,Call Type,Call Status,Call Duration,Disposition Code
9001,P1,+12025550101,+12025550001,Ann,"Sep 14, 2026",09:00 AM,Outgoing,Answered,00:01:35,Sale
9002,P2,+12025550102,+12025550001,Bob,"Sep 14, 2026",09:07 AM,Outgoing,Answered,00:00:40,Not Interested
9003,P3,+12025550103,+12025550001,Ann,"Sep 14, 2026",09:14 AM,Outgoing,Unanswered,00:00:00,
9004,P4,+12025550104,+12025550001,Bob,"Sep 14, 2026",01:21 PM,Incoming,Answered,00:00:12,Call Back
9005,P1,+12025550101,+12025550001,Ann,"Sep 14, 2026",01:28 PM,Outgoing,Voicemail,00:00:30,
"""
        },
        """[calls.columns]
call_id = "Call ID"
contact_id = "Contact Number"
agent_id = "Agent Name"
direction = { column = "Call Type", values = { "Outgoing" = "outbound", "Incoming" = "inbound" } }
started_at = { template = "{Call Date} {Call Time}", format = "%b %d %Y %I:%M %p" }
outcome_code = { column = ["Disposition Code", "Call Status"], first = "filled" }
talk_s = { column = "Call Duration", unit = "hh:mm:ss" }
[calls.statuses]
"Sale" = "success"
"Not Interested" = "refusal"
"Unanswered" = "no_answer"
"Call Back" = "callback"
"Voicemail" = "machine"
""",
    ),
}
